import * as z from 'zod/mini';
import { MAX_UID } from '../../kernel/ranges.js';
import { FACTS_SCHEMA, UNSEEN_KINDS } from './host_facts.js';

// The form of a saved copy. Every `error` is the words for what was expected. Other keys may be there: a later release can write more.

/** PID_MAX_LIMIT of 64 bits. Source: include/linux/threads.h. */
const MAX_PID = 4 * 1024 * 1024;
const MAX_U32 = 0xffff_ffff;
const OR_NULL = ', or null';

const text = (form = /^/, error = 'a text') => z.string({ error }).check(z.regex(form, { error }));
const whole = (least: number, most: number, more = '') => {
  const error = `a whole number from ${least} to ${most}${more}`;
  return z.int({ error }).check(z.minimum(least, { error }), z.maximum(most, { error }));
};
const oneOf = (values: readonly string[]) =>
  z.enum(values as [string, ...string[]], { error: `one of ${values.join(', ')}` });
const list = <Item extends z.core.$ZodType>(item: Item, error = 'a list') => z.array(item, { error });
const listOf = <Item extends z.core.$ZodType>(item: Item, length: number) => {
  const error = `a list of ${length}`;
  return z.array(item, { error }).check(z.length(length, { error }));
};
const object = <Shape extends z.core.$ZodLooseShape>(shape: Shape, error = 'an object') =>
  z.looseObject(shape, { error });

const id = whole(0, MAX_UID);
const inode = whole(0, Number.MAX_SAFE_INTEGER);
const inodeOrNull = z.nullable(whole(0, Number.MAX_SAFE_INTEGER, OR_NULL));
const pid = whole(1, MAX_PID);
const count = whole(0, Number.MAX_SAFE_INTEGER);
const textOrNull = z.nullable(text(/^/, `a text${OR_NULL}`));
const hexadecimal = (what: string) => text(/^[0-9a-f]{1,16}$/, `${what} in 1 to 16 hexadecimal digits`);
const capabilities = hexadecimal('a set of capabilities');
const mask = hexadecimal('a mask');
const idMap = z.nullable(list(listOf(whole(0, MAX_U32), 3), `a list${OR_NULL}`));

const userns = object({
  ino: inode,
  parent: inodeOrNull,
  owner: z.nullable(whole(0, MAX_UID, OR_NULL)),
  uid_map: idMap,
  gid_map: idMap,
  cgroup: textOrNull,
});

const process = object({
  pid,
  comm: text(),
  uid: listOf(id, 4),
  gid: listOf(id, 4),
  effective: capabilities,
  permitted: capabilities,
  bounding: capabilities,
  nspid: list(pid),
  userns: inodeOrNull,
  mntns: inodeOrNull,
  netns: inodeOrNull,
  uid_map: idMap,
  gid_map: idMap,
});

const token = object({
  pid,
  fd: count,
  link: text(),
  device: z.nullable(text(/^\d+:\d+$/, `a device, as in 0:71${OR_NULL}`)),
  ino: inodeOrNull,
  fdinfo: text(),
  info: z.nullable(object({ cmds: mask, maps: mask, progs: mask, attachs: mask }, `an object${OR_NULL}`)),
});

/** What HostFacts says of each value. */
export const factsSchema = object({
  schema: oneOf([FACTS_SCHEMA]),
  kernel: text(),
  machine: text(),
  reader: object({ euid: id, userns: inodeOrNull }),
  relations: oneOf(['perl', 'python3', 'none']),
  unprivileged_bpf_disabled: z.nullable(whole(0, MAX_U32, OR_NULL)),
  lsm: z.nullable(list(text(), `a list${OR_NULL}`)),
  userns: list(userns),
  mount_namespaces: list(object({ ino: inode, userns: inodeOrNull, mountinfo: textOrNull })),
  processes: list(process),
  tokens: list(token),
  kernel_threads: count,
  ended: count,
  unseen: list(object({ what: oneOf(Object.keys(UNSEEN_KINDS)), why: text(), count, example: text() })),
});
