import type { Rule } from './rule.js';
import { anyBesideLittle } from './rules/any_beside_little.js';
import { attachTypeZero } from './rules/attach_type_zero.js';
import { badNumber } from './rules/bad_number.js';
import { badValue } from './rules/bad_value.js';
import { bitOfAnotherName } from './rules/bit_of_another_name.js';
import { bpfIsFiltered } from './rules/bpf_is_filtered.js';
import { bpffsIsHidden } from './rules/bpffs_is_hidden.js';
import { btfLoadMissing } from './rules/btf_load_missing.js';
import { colonBetweenNames } from './rules/colon_between_names.js';
import { commaBetweenNames } from './rules/comma_between_names.js';
import { commandWithoutTypes } from './rules/command_without_types.js';
import { deadCommand } from './rules/dead_command.js';
import { disableWithoutReason } from './rules/disable_without_reason.js';
import { emptyItem } from './rules/empty_item.js';
import { failingUnit } from './rules/failing_unit.js';
import { hiddenMount } from './rules/hidden_mount.js';
import { hostInterfaces } from './rules/host_interfaces.js';
import { ignoredOption } from './rules/ignored_option.js';
import { initialNamespace } from './rules/initial_namespace.js';
import { keyOfOtherTool } from './rules/key_of_other_tool.js';
import { laterAssignmentReplaces } from './rules/later_assignment_replaces.js';
import { loaderRequests } from './rules/loader_requests.js';
import { malformed } from './rules/malformed.js';
import { maskTakenForAll } from './rules/mask_taken_for_all.js';
import { masksWithoutCommand } from './rules/masks_without_command.js';
import { misspeltName } from './rules/misspelt_name.js';
import { nameOfOtherMask } from './rules/name_of_other_mask.js';
import { nameWithPrefix } from './rules/name_with_prefix.js';
import { notOfItsFormat } from './rules/not_of_its_format.js';
import { notTheRoot } from './rules/not_the_root.js';
import { numberReplacesNames } from './rules/number_replaces_names.js';
import { outsideSection } from './rules/outside_section.js';
import { privateBpfMissing } from './rules/private_bpf_missing.js';
import { privilegedContainer } from './rules/privileged_container.js';
import { profileNotGiven } from './rules/profile_not_given.js';
import { refusedOption } from './rules/refused_option.js';
import { refusedUnit } from './rules/refused_unit.js';
import { refusedValue } from './rules/refused_value.js';
import { selinuxTokenPerms } from './rules/selinux_token_perms.js';
import { settingOfLaterVersion } from './rules/setting_of_later_version.js';
import { spaceInList } from './rules/space_in_list.js';
import { switchIsOff } from './rules/switch_is_off.js';
import { trailingComment } from './rules/trailing_comment.js';
import { typesNeverMeet } from './rules/types_never_meet.js';
import { unknownBits } from './rules/unknown_bits.js';
import { unknownKey } from './rules/unknown_key.js';
import { unknownSection } from './rules/unknown_section.js';
import { unknownSetting } from './rules/unknown_setting.js';
import { unreadLine } from './rules/unread_line.js';
import { userManager } from './rules/user_manager.js';
import { valueTooLong } from './rules/value_too_long.js';
import { virtualMachine } from './rules/virtual_machine.js';
import { wrongUserns } from './rules/wrong_userns.js';

/** Every rule: what readers warn about, then what the masks say. `docs/lint` has a page for each. */
export const RULES: readonly Rule[] = [
  notOfItsFormat,
  unreadLine,
  malformed,
  commaBetweenNames,
  numberReplacesNames,
  nameWithPrefix,
  nameOfOtherMask,
  misspeltName,
  badNumber,
  emptyItem,
  valueTooLong,
  ignoredOption,
  refusedOption,
  hiddenMount,
  notTheRoot,
  refusedUnit,
  failingUnit,
  unknownSetting,
  unknownSection,
  outsideSection,
  badValue,
  spaceInList,
  colonBetweenNames,
  trailingComment,
  bitOfAnotherName,
  laterAssignmentReplaces,
  settingOfLaterVersion,
  privateBpfMissing,
  wrongUserns,
  bpffsIsHidden,
  bpfIsFiltered,
  unknownKey,
  keyOfOtherTool,
  refusedValue,
  switchIsOff,
  virtualMachine,
  privilegedContainer,
  profileNotGiven,
  userManager,
  deadCommand,
  masksWithoutCommand,
  commandWithoutTypes,
  typesNeverMeet,
  attachTypeZero,
  maskTakenForAll,
  unknownBits,
  initialNamespace,
  anyBesideLittle,
  loaderRequests,
  btfLoadMissing,
  hostInterfaces,
  selinuxTokenPerms,
  disableWithoutReason,
];

export const RULE_CODES: readonly string[] = RULES.map(({ code }) => code);
