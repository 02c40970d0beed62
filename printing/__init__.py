"""Documents: a certificate set as PDF and as pictures, by a child process, kept on disk. Knows no tables and no HTTP."""
