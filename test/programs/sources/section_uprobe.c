/* SPDX-License-Identifier: MIT */
#include "bpf.h"

PROGRAM("uprobe//bin/sh:main", uprobe)
PROGRAM("uprobe.s//bin/sh:main", uprobe_sleepable)
PROGRAM("uretprobe//bin/sh:main", uretprobe)
PROGRAM("uretprobe.s//bin/sh:main", uretprobe_sleepable)
LICENSE("GPL")
