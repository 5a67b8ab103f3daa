/* SPDX-License-Identifier: MIT */
#include "bpf.h"

PROGRAM("lirc_mode2", lirc)
PROGRAM("flow_dissector", dissect)
LICENSE("GPL")
