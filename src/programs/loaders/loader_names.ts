/** Loaders whose loads are modelled, by the names that the command takes. */
export const LOADER_NAMES = ['libbpf-1.4', 'libbpf-1.5', 'libbpf-1.6', 'libbpf-1.7', 'cilium-0.22'] as const;
export type LoaderName = (typeof LOADER_NAMES)[number];
