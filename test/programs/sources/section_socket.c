/* SPDX-License-Identifier: MIT */
#include "bpf.h"

PROGRAM("socket", filter)
PROGRAM("sk_reuseport", select)
PROGRAM("sk_reuseport/migrate", select_or_migrate)
PROGRAM("sk_lookup", lookup)
PROGRAM("netfilter", hook)
LICENSE("GPL")
