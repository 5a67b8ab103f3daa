/* SPDX-License-Identifier: MIT */
#include "bpf.h"

PROGRAM("uprobe.multi//bin/sh:*", uprobe_multi)
PROGRAM("uretprobe.multi//bin/sh:*", uretprobe_multi)
PROGRAM("uprobe.session//bin/sh:*", uprobe_session)
PROGRAM("uprobe.multi.s//bin/sh:*", uprobe_multi_sleepable)
PROGRAM("uretprobe.multi.s//bin/sh:*", uretprobe_multi_sleepable)
PROGRAM("uprobe.session.s//bin/sh:*", uprobe_session_sleepable)
LICENSE("GPL")
