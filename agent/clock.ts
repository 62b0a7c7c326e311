/** Time, as licenses kept on this device are held against: turning the computer's clock back gains nothing. */
export interface SeenClock {
  /**
   * The highest time ever seen, by the service's answers and this computer's clock, in ms; own clock raises it.
   * @throws RightsError `offline-unavailable` when the record is missing or damaged: until the service answers again
   * nothing kept here is honoured.
   */
  offlineNow(): Promise<number>;
  /** The service said it is `time` (as JSON carries it). Its word replaces what this computer's clock has claimed. */
  heard(time: string): Promise<void>;
}
