/* SPDX-License-Identifier: MIT */
#include "bpf.h"

PROGRAM("lsm/file_open", lsm)
PROGRAM("lsm.s/file_open", lsm_sleepable)
PROGRAM("lsm_cgroup/socket_create", lsm_cgroup)
LICENSE("GPL")
