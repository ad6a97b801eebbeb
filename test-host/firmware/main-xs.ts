/** The firmware in the XS machine on a PC: over the very platform of the ESP32. */
import { exit, File, listDirectory, onSignal, print, readText, receive } from "host"
import Time from "time"
import { esp32Platform } from "../../platforms/esp32/platform.js"
import { operate } from "./firmware.js"
import { XsMeter } from "./xs-meter.js"

operate({
  platform: esp32Platform({ deviceId: "pc" }),
  files: { File, readText, listDirectory },
  meter: new XsMeter(),
  now: () => Time.ticks,
  receive,
  onSignal,
  print,
  exit,
})
