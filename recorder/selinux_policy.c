/* SPDX-License-Identifier: MIT */
/* Policies of SELinux that the guest has as files, and the domain of a process. */
#define _GNU_SOURCE
#include "recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

/* scripts/record/selinux_policies.mjs makes them: NUMBER.policy as the kernel loads it, and NUMBER.rules. */
static const char FOLDER[] = "/selinux", MOUNT[] = "/sys/fs/selinux";
/* Bytes of a policy, and rules of one, at most. */
enum { MAX_POLICY = 1 << 20, MAX_RULES = 512 };

const char *const DOMAIN_NAMES[DOMAINS] = { "recorder_t", "d1_t", "d2_t", "d3_t", "d4_t", "d5_t", "d6_t" };

/* A line of NUMBER.rules: source, target, and the rule in the language of policies. */
struct rule {
	char source[16], target[16], text[160];
};
static struct rule rules[MAX_RULES];
static int rule_count, has_token_perms, is_loaded;

int policy_count(void)
{
	char path[64];
	int count = 0;

	do
		snprintf(path, sizeof(path), "%s/%d.policy", FOLDER, count++);
	while (count <= MAX_POLICIES && access(path, R_OK) == 0);
	return count - 1;
}

/* Writes a file of selinuxfs or of /proc; 0, or a negated errno. */
static int write_all(const char *path, const void *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), failed;

	if (fd < 0)
		return -errno;
	failed = write(fd, bytes, size) == (ssize_t)size ? 0 : -errno;
	close(fd);
	return failed;
}

const char *selinux_missing(void)
{
	if (policy_count() == 0)
		return "there are no policies in /selinux: npm run record makes a guest with them";
	if (mount("recorder", MOUNT, "selinuxfs", 0, NULL) != 0 && errno != EBUSY)
		return "selinuxfs cannot be mounted: SELinux is not active (security=selinux selinux=1 on the kernel's command line)";
	return NULL;
}

/* The first line says whether the policy has the capability: 1 or 0. */
static void read_rules(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[256];

	if (!file || !fgets(line, sizeof(line), file))
		fail("%s: %s", path, strerror(errno));
	has_token_perms = line[0] == '1';
	for (rule_count = 0; fgets(line, sizeof(line), file); rule_count++) {
		struct rule *rule = &rules[rule_count];

		if (rule_count == MAX_RULES || sscanf(line, "%15s %15s %159[^\n]", rule->source, rule->target, rule->text) != 3)
			fail("%s: rule %d cannot be read", path, rule_count + 1);
	}
	fclose(file);
}

void policy_load(int number)
{
	static char bytes[MAX_POLICY];
	char path[64], load[64];
	ssize_t size;
	int fd, failed;

	snprintf(path, sizeof(path), "%s/%d.policy", FOLDER, number);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	size = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes));
	if (size <= 0 || size == sizeof(bytes))
		fail("%s cannot be read", path);
	close(fd);
	snprintf(load, sizeof(load), "%s/load", MOUNT);
	failed = write_all(load, bytes, (size_t)size);
	if (failed)
		fail("%s cannot be loaded: %s", path, strerror(-failed));
	snprintf(load, sizeof(load), "%s/enforce", MOUNT);
	if (!is_loaded && (failed = write_all(load, "1", 1)) != 0)
		fail("SELinux does not enforce: %s", strerror(-failed));
	is_loaded = 1;
	snprintf(path, sizeof(path), "%s/%d.rules", FOLDER, number);
	read_rules(path);
}

void domain_enter(int domain)
{
	char context[64];
	int failed;

	if (!is_loaded)
		return;
	snprintf(context, sizeof(context), "system_u:system_r:%s", DOMAIN_NAMES[domain]);
	failed = write_all("/proc/thread-self/attr/current", context, strlen(context));
	if (failed)
		fail("cannot go over to %s: %s", context, strerror(-failed));
}

void out_selinux(int policy, int caller, int grantor)
{
	const char *one = DOMAIN_NAMES[caller], *other = grantor < 0 ? one : DOMAIN_NAMES[grantor], *comma = "";

	out("\"selinux\":{\"policy\":%d,\"bpf_token_perms\":%s,\"caller\":\"%s\",\"grantor\":", policy,
	    has_token_perms ? "true" : "false", one);
	out_string(grantor < 0 ? NULL : other);
	out(",\"rules\":[");
	for (int i = 0; i < rule_count; i++) {
		const struct rule *rule = &rules[i];

		if ((strcmp(rule->source, one) != 0 && strcmp(rule->source, other) != 0) ||
		    (strcmp(rule->target, one) != 0 && strcmp(rule->target, other) != 0))
			continue;
		out("%s", comma);
		out_string(rule->text);
		comma = ",";
	}
	out("]}");
}
