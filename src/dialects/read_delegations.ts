import { NEWEST_PROFILE, type Profile } from '../kernel/profile.js';
import { readTokenList } from './bpftool/token_list.js';
import { readTokenListJson } from './bpftool/token_list_json.js';
import { INCUS, LXD } from './containers/manager.js';
import { readManagerCommands } from './containers/read_commands.js';
import { readConfig } from './containers/read_config.js';
import type { ManagerRelease } from './containers/release.js';
import type { Delegation } from './delegation.js';
import { detectFormat } from './detect_format.js';
import { UnknownFormatError } from './errors.js';
import { readFdinfo } from './fdinfo/fdinfo.js';
import type { Format } from './formats.js';
import { type FileAccount, LineAccount } from './line_account.js';
import { readFindmnt, readFindmntJson } from './mount/findmnt.js';
import { readMountCommands } from './mount/mount_command.js';
import { readMountOptions } from './mount/mount_options.js';
import { readMountOutput } from './mount/mount_output.js';
import { readFstab, readMounts } from './mount/mount_table.js';
import { readMountinfo } from './mount/mountinfo.js';
import type { ReadContext } from './read_context.js';
import type { Source } from './source_text.js';
import { readShow } from './systemd/read_show.js';
import { readSystemdRun } from './systemd/read_systemd_run.js';
import { finishUnit, readUnitFile, readUnitFiles, startUnit, unitName } from './systemd/read_unit.js';
import { filesOfCat } from './systemd/systemctl_cat.js';

/** How texts are read. */
export interface ReadDelegationsOptions {
  /** Told by the content where it is not given. */
  readonly format?: Format | undefined;
  /** The kernel whose names these are. Default: the newest. */
  readonly profile?: Profile | undefined;
  /** The release of systemd that reads units. Default: 262. */
  readonly systemd?: number | undefined;
  /** The release of Incus or LXD that reads its configuration. Default: the newest. */
  readonly manager?: ManagerRelease | undefined;
}

/** What texts say. */
export interface Reading {
  readonly format: Format;
  /** What became of every line, file by file. */
  readonly files: readonly FileAccount[];
  readonly delegations: readonly Delegation[];
}

type Reader = (source: Source, context: ReadContext) => readonly Delegation[];

/** The newest release of systemd that units are known of. */
export const NEWEST_SYSTEMD = 262;

/** Formats whose files stand alone. */
const READERS: Partial<Record<Format, Reader>> = {
  'incus-command': (_, context) => readManagerCommands(INCUS, context),
  'lxd-command': (_, context) => readManagerCommands(LXD, context),
  'systemd-run': (_, context) => readSystemdRun(context),
  'systemctl-show': (_, context) => readShow(context),
  mountinfo: (_, context) => readMountinfo(context),
  mounts: (_, context) => readMounts(context),
  fstab: (_, context) => readFstab(context),
  'mount-command': (_, context) => readMountCommands(context),
  'mount-options': (_, context) => readMountOptions(context),
  'mount-output': (_, context) => readMountOutput(context),
  findmnt: (_, context) => readFindmnt(context),
  'findmnt-json': ({ text }, context) => readFindmntJson(text, context),
  fdinfo: (_, context) => readFdinfo(context),
  'bpftool-tokens': (_, context) => readTokenList(context),
  'bpftool-tokens-json': ({ text }, context) => readTokenListJson(text, context),
};

/**
 * Reads the delegations that a file describes. `attached` are the files that belong to it: drop-ins of a unit, in the order in which
 * systemd reads them; profiles of an instance. Throws an UnknownFormatError where the format is not given and the content fits none. A file that is not of its
 * format has the status `failed`; every other line has a note.
 */
export function readDelegations(
  source: Source,
  options: ReadDelegationsOptions = {},
  attached: readonly Source[] = [],
): Reading {
  const {
    format = detectFormat(source.text, source.file),
    profile = NEWEST_PROFILE,
    systemd = NEWEST_SYSTEMD,
    manager,
  } = options;
  const contextOf = (one: Source): ReadContext => ({ profile, systemd, manager, account: new LineAccount(one) });
  if (format === 'systemd-unit') return readUnit(source, attached, contextOf);
  if (format === 'incus' || format === 'lxd') {
    const sources = [source, ...attached].map((one) => ({ source: one, context: contextOf(one) }));
    const delegations = readConfig(format === 'incus' ? INCUS : LXD, sources);
    return { format, files: sources.map(({ context }) => context.account.finish(format)), delegations };
  }
  const reader = format && READERS[format];
  if (!format || !reader) throw new UnknownFormatError(source.file);
  const context = contextOf(source);
  const delegations = reader(source, context);
  return { format, files: [context.account.finish(format)], delegations };
}

/** A unit with its drop-ins, read one after the other. */
function readUnit(source: Source, dropIns: readonly Source[], contextOf: (source: Source) => ReadContext): Reading {
  const unit = startUnit(unitName(source.file));
  const contexts = [source, ...dropIns].map(contextOf);
  const [context] = contexts;
  const printed = context && dropIns.length === 0 ? filesOfCat(context.account.lines) : undefined;
  if (context && printed) {
    const delegations = readUnitFiles(printed, context);
    return { format: 'systemd-unit', files: [context.account.finish('systemd-unit')], delegations };
  }
  for (const [i, context] of contexts.entries()) readUnitFile(unit, context, i > 0);
  const delegations = finishUnit(unit, contexts);
  return { format: 'systemd-unit', files: contexts.map(({ account }) => account.finish('systemd-unit')), delegations };
}
