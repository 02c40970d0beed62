"""The suite's version. Reports name it, and the distribution takes it from here."""

VERSION = "0.1.0"
