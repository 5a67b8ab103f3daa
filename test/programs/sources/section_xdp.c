/* SPDX-License-Identifier: MIT */
#include "bpf.h"

PROGRAM("xdp", on_xdp)
PROGRAM("xdp.frags", xdp_frags)
PROGRAM("xdp/devmap", xdp_devmap)
PROGRAM("xdp.frags/devmap", xdp_frags_devmap)
PROGRAM("xdp/cpumap", xdp_cpumap)
PROGRAM("xdp.frags/cpumap", xdp_frags_cpumap)
LICENSE("GPL")
