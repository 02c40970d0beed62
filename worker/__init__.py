"""Time: what has to happen without anybody asking."""
