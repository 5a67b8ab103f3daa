/** Most orders of an object that are tried. */
const MOST_ORDERS = 2_000;

/**
 * An object in every order of its maps and programs, the given one first: cilium/ebpf takes them in the order of a Go map, which is
 * another each time.
 */
export function* ordersOf(object) {
  let count = 0;
  for (const maps of permutations(object.maps)) {
    for (const programs of permutations(object.programs)) {
      if (++count > MOST_ORDERS) return;
      yield { ...object, maps, programs };
    }
  }
}

function* permutations(items) {
  if (items.length < 2) {
    yield items;
    return;
  }
  for (const [i, first] of items.entries()) {
    for (const rest of permutations(items.filter((_, k) => k !== i))) yield [first, ...rest];
  }
}
