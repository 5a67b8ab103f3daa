import { CAP_FULL_SET } from '../../abi/capabilities.js';
import { MASK_NAMES } from '../../kernel/masks.js';
import type { Profile } from '../../kernel/profile.js';
import { quote } from '../../names/unknown_name.js';
import { printable, shellWord } from '../../text/printable.js';
import { escapeOctal } from '../mount/octal_escapes.js';
import type { ResolvedDelegation } from '../resolve_delegation.js';
import { kernelText } from './kernel_text.js';

/** The options in the order in which the kernel shows them. */
function optionsOf({ uid, gid, mode, masks }: ResolvedDelegation, profile: Profile): string {
  const options = [
    ...(uid === undefined ? [] : [`uid=${uid}`]),
    ...(gid === undefined ? [] : [`gid=${gid}`]),
    ...(mode === undefined ? [] : [`mode=${mode.toString(8)}`]),
  ];
  for (const mask of MASK_NAMES) {
    const { bits } = masks[mask];
    if (bits !== 0n) options.push(`delegate_${mask}=${kernelText(profile, mask, bits)}`);
  }
  return options.join(',');
}

/** What a mount cannot say: its process, and for mount(8) another owner than the initial user namespace. */
function checkMount({ owner, process }: ResolvedDelegation, isByMount: boolean, reasons: string[]): void {
  if (isByMount && owner === 'own') {
    reasons.push(
      'mount(8) makes a bpffs that belongs to the initial user namespace, and this one belongs to another; mount-options are for a ' +
        'program that calls fsopen() inside',
    );
  }
  if (process.userns !== owner)
    reasons.push('the process runs in another user namespace than the one that the bpffs belongs to');
  if (process.uid !== 0 || process.caps !== CAP_FULL_SET) {
    reasons.push('the user and the capabilities of the process are not part of a mount');
  }
}

/** `mount -t bpf`. */
export function mountText(delegation: ResolvedDelegation, profile: Profile, reasons: string[]): string {
  checkMount(delegation, true, reasons);
  const { path = '/sys/fs/bpf' } = delegation;
  if (printable(path) !== path) {
    reasons.push(
      `the path ${quote(path)} has characters that a terminal does not show, which no line of a shell is written with`,
    );
  }
  // What starts with a dash is an operand behind two of them only.
  const operands = path.startsWith('-') ? `-- none ${shellWord(path)}` : `none ${shellWord(path)}`;
  return `mount -t bpf -o ${shellWord(optionsOf(delegation, profile))} ${operands}\n`;
}

/** A line of fstab(5), with octal escapes in the path. */
export function fstabText(delegation: ResolvedDelegation, profile: Profile, reasons: string[]): string {
  checkMount(delegation, true, reasons);
  const { path = '/sys/fs/bpf' } = delegation;
  if (path.includes('\0') || /\p{Surrogate}/u.test(path))
    reasons.push(`the path ${quote(path)} cannot be the path of a file`);
  return `none ${escapeOctal(path)} bpf ${optionsOf(delegation, profile)} 0 0\n`;
}

/** The options alone. */
export function mountOptionsText(delegation: ResolvedDelegation, profile: Profile, reasons: string[]): string {
  checkMount(delegation, false, reasons);
  return `${optionsOf(delegation, profile)}\n`;
}
