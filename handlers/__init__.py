"""JSON over HTTP: one module per tag, one function per operationId. They translate and decide nothing.

A handler names what it needs as arguments: the operation's parameters, `body`, and beside them `caller` (who the key stands
for), `links` (the public addresses) and `now`. It answers with an `Answer`.
"""
