/** The kinds of warnings that readers give. `src/lint/rules` has a file for each, and `docs/lint` a page. */
export const WARNING_CODES = [
  // Any format.
  'not-of-its-format',
  'unread-line',
  'malformed',
  // Masks in the kernel's grammar.
  'comma-between-names',
  'number-replaces-names',
  'name-with-prefix',
  'name-of-other-mask',
  'misspelt-name',
  'bad-number',
  'empty-item',
  'value-too-long',
  // Mounts.
  'ignored-option',
  'refused-option',
  'hidden-mount',
  'not-the-root',
  // Units of systemd.
  'refused-unit',
  'failing-unit',
  'unknown-setting',
  'unknown-section',
  'outside-section',
  'bad-value',
  'space-in-list',
  'colon-between-names',
  'trailing-comment',
  'bit-of-another-name',
  'later-assignment-replaces',
  'setting-of-later-version',
  'private-bpf-missing',
  'wrong-userns',
  'bpffs-is-hidden',
  'bpf-is-filtered',
  'user-manager',
  // Containers.
  'unknown-key',
  'key-of-other-tool',
  'refused-value',
  'switch-is-off',
  'virtual-machine',
  'privileged-container',
  'profile-not-given',
] as const;
export type WarningCode = (typeof WARNING_CODES)[number];
