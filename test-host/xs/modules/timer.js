export default class Timer {
  static set(callback, delay, repeat) @ "timer_set"
  static repeat(callback, delay) @ "timer_repeat"
  static schedule(timer, delay, repeat) @ "timer_schedule"
  static clear(timer) @ "timer_clear"
  static delay(milliseconds) @ "timer_delay"
}
