"""JSON over HTTP: one module per tag, one function per operationId. They translate and decide nothing.

A handler names what it needs as arguments: the operation's parameters, `body`, and beside them `caller` (who the key
stands for), `now`, and what the application has at hand: `links` (the public addresses), `keyring` (secrets) and `outgoing`
(the way to other people's addresses). It answers with an `Answer`.
"""
