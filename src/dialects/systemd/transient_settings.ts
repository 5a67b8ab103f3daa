import { KNOWN_SETTINGS } from './known_settings.generated.js';

/** The types of units that systemd-run starts a command in. */
export type TransientType = 'service' | 'scope';

/** Properties that no unit file has. */
const NOT_OF_FILES =
  'Markers RequiredBy RequisiteOf WantedBy BoundBy ConsistsOf UpheldBy ConflictedBy OnSuccessOf OnFailureOf Triggers TriggeredBy ' +
  'References ReferencedBy InSlice SliceOf AssertFirmware';

/** Settings of files that are no properties. */
const ONLY_OF_FILES =
  'StartupMemoryHigh StartupMemoryLow StartupMemoryMax StartupMemorySwapMax StartupMemoryZSwapMax StartLimitInterval ' +
  'AssertKernelVersion ConditionKernelVersion BindTo OnFailureIsolate OnSuccessJobMode PropagateReloadFrom PropagateReloadTo ' +
  'RequiresOverridable RequisiteOverridable';

const OF_TYPE: Readonly<
  Record<TransientType, { readonly section: string; readonly more: string; readonly less: string }>
> = {
  service: { section: 'Service', more: '', less: 'TimeoutCleanSec NonBlocking Sockets' },
  scope: { section: 'Scope', more: 'User Group', less: 'RestrictNetworkInterfaces' },
};

/** Names that only programs use; the values are the same. Source: systemd 262, src/shared/bus-unit-util.c: `compat`. */
const EXTENDED = /^(Import\w+|ProtectHostname|PrivateTmp|ProtectControlGroups|PrivateUsers|Exec\w+)Ex$/;

/**
 * The properties that a transient unit of a type takes, as `systemd-analyze transient-settings` lists them.
 * Source: systemd 262, src/shared/bus-unit-util.c: unit_type_properties.
 */
export function transientSettings(type: TransientType): readonly string[] {
  const { section, more, less } = OF_TYPE[type];
  const left = `${ONLY_OF_FILES} ${less}`.split(' ');
  const all = [...(KNOWN_SETTINGS[section] ?? []), ...(KNOWN_SETTINGS.Unit ?? []), ...more.split(' ')];
  return [...all, ...NOT_OF_FILES.split(' ')].filter((name) => name !== '' && !left.includes(name));
}

/** The name of a property as `systemd-analyze transient-settings` has it. */
export function plainProperty(name: string): string {
  return EXTENDED.exec(name)?.[1] ?? name;
}
