/** What a device can hold. A model that needs more is refused before anything is allocated. */
export interface DeviceLimits {
  readonly total: number; // bytes we are willing to plan for
  readonly largestTensor: number; // bytes
}
