/* SPDX-License-Identifier: MIT */
#include "bpf.h"

PROGRAM("cgroup/sysctl", sysctl)
PROGRAM("cgroup/getsockopt", getsockopt)
PROGRAM("cgroup/setsockopt", setsockopt)
PROGRAM("cgroup/dev", device)
LICENSE("MIT")
