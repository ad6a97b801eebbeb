import { args, readText, receive } from "host"
import { importNow, setNetwork } from "host/board"
import { command, type Settings, state, wallClock } from "board-simulation"
import Time from "time"

/** The simulated board's start: takes its settings, sets the clock, and gives the machine to the firmware's main. */
const settings = JSON.parse(readText(args[0]!)) as Settings
state.settings = settings
setNetwork(false)
Time.set(settings.calendar === undefined ? 0 : (wallClock() + settings.calendar) / 1000)
command(settings.faults)
// A board never ends by itself; standard input's end is the end of the test.
receive((line) => {
  if (line === undefined) command({ power: "off" })
  else command(JSON.parse(line) as Record<string, unknown>)
})
importNow("main")
