export default class Time {
  static get ticks() @ "time_ticks"
  static delta(start, end) @ "time_delta"
  static set(seconds) @ "time_set"
}
