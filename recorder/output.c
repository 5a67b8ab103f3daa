/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "recorder.h"

#include <errno.h>
#include <stdarg.h>

FILE *out_file;
const char *const FAMILY_NAMES[FAMILIES] = { "use",	"token_create", "mount_options",
					     "lsm", "helpers",	    "liberties", "selinux" };
struct recording recording;

void out(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(out_file, format, args);
	va_end(args);
}

void out_string(const char *text)
{
	if (!text) {
		out("null");
		return;
	}
	fputc('"', out_file);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			out("\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			out("\\u%04x", c);
		else
			fputc(c, out_file);
	}
	fputc('"', out_file);
}

static const char *errno_name(long number)
{
	static const struct {
		int number;
		const char *name;
	} names[] = {
		{ EPERM, "EPERM" }, { ENOENT, "ENOENT" }, { ESRCH, "ESRCH" }, { EINTR, "EINTR" }, { EIO, "EIO" },
		{ ENXIO, "ENXIO" }, { E2BIG, "E2BIG" }, { EBADF, "EBADF" }, { EAGAIN, "EAGAIN" }, { ENOMEM, "ENOMEM" },
		{ EACCES, "EACCES" }, { EFAULT, "EFAULT" }, { EBUSY, "EBUSY" }, { EEXIST, "EEXIST" },
		{ ENODEV, "ENODEV" }, { ENOTDIR, "ENOTDIR" }, { EISDIR, "EISDIR" }, { EINVAL, "EINVAL" },
		{ EMFILE, "EMFILE" }, { ENOTTY, "ENOTTY" }, { ENOSPC, "ENOSPC" }, { EROFS, "EROFS" }, { ERANGE, "ERANGE" },
		{ ENAMETOOLONG, "ENAMETOOLONG" }, { ENOSYS, "ENOSYS" }, { EPROTO, "EPROTO" }, { EOVERFLOW, "EOVERFLOW" },
		{ EOPNOTSUPP, "EOPNOTSUPP" }, { EADDRINUSE, "EADDRINUSE" }, { ESTALE, "ESTALE" }, { ELOOP, "ELOOP" },
		{ EKEYREJECTED, "EKEYREJECTED" }, { 524, "ENOTSUPP" },
	};

	for (unsigned i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].number == number)
			return names[i].name;
	return NULL;
}

void out_result_keys(long ret)
{
	if (ret >= 0) {
		out("\"ok\":true,\"errno\":0,\"error\":null");
		return;
	}
	out("\"ok\":false,\"errno\":%ld,\"error\":", -ret);
	out_string(errno_name(-ret));
}

void out_result(long ret)
{
	out("{");
	out_result_keys(ret);
	out("}");
}

void out_begin(enum family family)
{
	out("{\"family\":\"%s\",\"kernel\":\"%s\",\"case\":\"%s-%lu\",\"sysctl_unprivileged_bpf_disabled\":%d,",
	    FAMILY_NAMES[family], recording.kernel, FAMILY_NAMES[family], recording.counts[family]++, recording.sysctl);
}
