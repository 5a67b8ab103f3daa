/* SPDX-License-Identifier: MIT */
#include "bpf.h"

PROGRAM("sockops", on_sockops)
PROGRAM("sk_skb", on_sk_skb)
PROGRAM("sk_skb/stream_parser", stream_parser)
PROGRAM("sk_skb/stream_verdict", stream_verdict)
PROGRAM("sk_skb/verdict", verdict)
PROGRAM("sk_msg", on_sk_msg)
LICENSE("GPL")
