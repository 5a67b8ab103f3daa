import { CAP_FULL_SET } from '../../abi/capabilities.js';
import { errnoName } from '../../abi/errno.js';
import { type FsContext, fsconfigSetFlag, fsconfigSetString, fsopen } from '../../kernel/bpffs.js';
import type { Cred } from '../../kernel/capability.js';
import { MASK_KIND, MASK_NAMES, type MaskName, masksBy } from '../../kernel/masks.js';
import type { Profile } from '../../kernel/profile.js';
import { UserNamespace } from '../../kernel/userns.js';
import { certainSlip } from '../../names/certain_slip.js';
import { nearestOf } from '../../names/nearest.js';
import { KIND_LABEL, resolveName } from '../../names/spelling.js';
import { quote } from '../../names/unknown_name.js';
import { joinMasks } from '../build_mask.js';
import { type DelegatedMask, EMPTY_MASK } from '../delegation.js';
import { takeMaskOption } from '../kernel_mask.js';
import type { ReadComplaint } from '../line_account.js';
import { maskOfWord } from '../mask_word.js';
import type { ReadContext } from '../read_context.js';
import type { PlacedText } from '../source_text.js';

/** An option of a mount, `key` or `key=value`. */
export interface MountOption {
  readonly key: PlacedText;
  /** Undefined for a flag. */
  readonly value: PlacedText | undefined;
}

/** What the options of a bpffs say. */
export interface BpffsSettings {
  readonly masks: Readonly<Record<MaskName, DelegatedMask>>;
  /** As written; undefined where the option is not given. */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly mode: number | undefined;
  /** The first refusal: the mount fails with it. */
  readonly refused: string | undefined;
}

/** Options that are no option of bpffs: of any mount, of security modules. */
const GENERAL = new Set(
  (
    'ro rw suid nosuid dev nodev exec noexec sync async dirsync remount bind rbind move mand nomand atime noatime relatime norelatime ' +
    'strictatime nostrictatime lazytime nolazytime diratime nodiratime silent loud iversion noiversion symfollow nosymfollow ' +
    'private shared slave unbindable rprivate rshared rslave runbindable seclabel context fscontext defcontext rootcontext source'
  ).split(' '),
);

/** Options that mount(8) reads itself and does not pass on (as seen with util-linux 2.42). */
const OF_MOUNT = new Set(
  'defaults auto noauto user nouser users owner group nofail _netdev comment helper uhelper loop'.split(' '),
);

const MASK_OF_KEY: Readonly<Record<string, MaskName>> = Object.fromEntries(
  MASK_NAMES.map((mask) => [`delegate_${mask}`, mask]),
);
const KEYS = [...Object.keys(MASK_OF_KEY), 'uid', 'gid', 'mode'];

/** Whose text options are: `given` to fsconfig(), which takes values of at most 255 characters, or `printed` by the kernel. */
export type OptionsFrom = 'given' | 'printed';

/**
 * Reads options in order, each as the kernel takes it by fsconfig(): a mask that is given again is joined, an unknown option is
 * ignored. Source: kernel/bpf/inode.c: bpf_parse_param(), 6.9 and later.
 */
export function readBpffsOptions(
  options: readonly MountOption[],
  from: OptionsFrom,
  context: ReadContext,
): BpffsSettings {
  const { profile, account } = context;
  const masks = masksBy((): DelegatedMask => EMPTY_MASK);
  const given = new Set<string>();
  const cred = initialRoot();
  const fc = fsopen(cred, cred.userns) as FsContext;
  let refused: string | undefined;
  for (const [i, { key, value }] of options.entries()) {
    const mask = MASK_OF_KEY[key.text];
    if (!mask && !KEYS.includes(key.text)) {
      if (!isGeneral(key.text, from)) account.warn(key.at, ignoredOption(profile, key, value, options.slice(0, i)));
      continue;
    }
    account.understood(key.at.line, key.text);
    if (mask && value && (from === 'printed' || value.text.length < 256)) {
      const read = takeMaskOption({ name: mask, option: key.text, value, canReorder: true }, context);
      if (typeof read === 'number') refused ??= `${key.text}: ${errnoName(read)}`;
      else masks[mask] = joinMasks(masks[mask], read);
      continue;
    }
    const errno = value
      ? fsconfigSetString(profile, fc, cred, key.text, value.text)
      : fsconfigSetFlag(profile, fc, cred, key.text);
    if (errno < 0) {
      refused ??= `${key.text}: ${errnoName(errno)}`;
      const what = value ? `refuses ${quote(value.text)}` : 'expects a value';
      account.warn(value?.at ?? key.at, {
        code: value && value.text.length > 255 ? 'value-too-long' : 'refused-option',
        message: `${key.text}: the kernel ${what} (${errnoName(errno)})`,
      });
    } else {
      given.add(key.text);
    }
  }
  const { uid, gid, mode } = fc.options;
  return {
    masks,
    uid: given.has('uid') ? uid : undefined,
    gid: given.has('gid') ? gid : undefined,
    mode: given.has('mode') ? mode : undefined,
    refused,
  };
}

/** Whether an option is of any mount, or mount(8)'s own. */
function isGeneral(key: string, from: OptionsFrom): boolean {
  return GENERAL.has(key) || (from === 'given' && (OF_MOUNT.has(key) || /^x-/i.test(key)));
}

/** What is said of an option that bpffs ignores. `before` are the options before it. */
function ignoredOption(
  profile: Profile,
  key: PlacedText,
  value: PlacedText | undefined,
  before: readonly MountOption[],
): ReadComplaint {
  const name = key.text;
  const kind = MASK_NAMES.map((mask) => MASK_KIND[mask]).find(
    (known) => value === undefined && resolveName(profile.vocabulary, known, name) !== undefined,
  );
  if (kind) {
    const label = KIND_LABEL[kind];
    const message =
      `${quote(name)} is an option by itself here, which bpffs ignores: a mount splits options at ",", and names of a mask ` +
      `are joined by ":" (it is the name of ${/^[aeiou]/.test(label) ? 'an' : 'a'} ${label})`;
    // The comma before it.
    const comma = { ...key.at, column: key.at.column - 1, length: 1 };
    const last = before.at(-1);
    const follows = last?.value ?? last?.key;
    const touches = follows?.at.line === key.at.line && follows.at.column + follows.at.length === comma.column;
    // It belongs to the mask before it where that mask has the name.
    const mask = before.map((option) => MASK_OF_KEY[option.key.text]).findLast((found) => found !== undefined);
    const isOfMask = mask !== undefined && resolveName(profile.vocabulary, MASK_KIND[mask], name) !== undefined;
    return {
      code: 'comma-between-names',
      message,
      expected: 'names joined by ":"',
      fix: touches && isOfMask ? [{ at: comma, text: ':' }] : undefined,
    };
  }
  const word = /^delegate_?(.*)$/i.exec(name)?.[1];
  const mask = word === undefined ? undefined : maskOfWord(word);
  const slip = mask ? `delegate_${mask}` : certainSlip(name, Object.keys(MASK_OF_KEY));
  const nearest = slip ?? nearestOf(name, KEYS);
  const hint = nearest === undefined ? '' : `; did you mean ${quote(nearest)}?`;
  return {
    code: 'ignored-option',
    message: `bpffs ignores the option ${quote(name)}${hint}`,
    expected: `one of ${KEYS.join(', ')}`,
    nearest,
    fix: slip === undefined ? undefined : [{ at: key.at, text: slip }],
  };
}

/** Root of the initial user namespace: whose numbers of users are global. */
function initialRoot(): Cred {
  return { userns: new UserNamespace('init', null, 0), euid: 0, egid: 0, effective: CAP_FULL_SET };
}
