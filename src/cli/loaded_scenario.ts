import type { ManagerRelease } from '../dialects/containers/release.js';
import type { Format } from '../dialects/formats.js';
import type { GivenFacts } from '../dialects/resolve_delegation.js';
import type { Profile } from '../kernel/profile.js';
import type { Scenario } from '../scenario/parse_scenario.js';

/** What a file of another tool may not say of its delegation, or leaves open. */
export interface MissingFacts extends GivenFacts {
  /** Told by the content where it is not given. */
  readonly dialect?: Format | undefined;
  /** The release of systemd that reads a unit. */
  readonly systemd?: number | undefined;
  /** The release of Incus or LXD that reads its configuration. */
  readonly manager?: ManagerRelease | undefined;
  /** The kernel whose names the file has. */
  readonly kernel?: Profile | undefined;
  /** The kernel that is asked instead of the scenario's; that of the names too where `kernel` is not given. */
  readonly profile?: Profile | undefined;
  /** The delegation of the file, where it describes several. */
  readonly delegation?: string | undefined;
}

/** A scenario, and what is meant where a command line names none: a file of another tool has one bpffs and one token. */
export interface LoadedScenario extends Scenario {
  readonly defaults?: { readonly bpffs: string; readonly token: string | undefined };
}
