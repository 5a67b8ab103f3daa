/** 1 for true, 0 for false: what arithmetic takes the place of branches with. */
// @ts-ignore: decorator
@inline
export function toBit(is: boolean): u32 {
  return is ? 1 : 0;
}
