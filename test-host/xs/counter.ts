/** Where readCounters of module "host" puts each counter. */
export const enum Counter {
  SLOTS_ALLOCATED,
  CHUNK_BYTES_ALLOCATED,
  CODES,
  COLLECTIONS,
  SLOTS_IN_USE,
  CHUNK_BYTES_IN_USE,
  SLOTS_PEAK,
  CHUNK_BYTES_PEAK,
  STACK_PEAK,
  SLOTS_TOTAL,
  CHUNK_BYTES_TOTAL,
  LARGEST_TURN_CODES,
  COUNT,
}
