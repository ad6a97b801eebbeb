import Analog from "embedded:io/analog"
import Digital from "embedded:io/digital"
import I2C from "embedded:io/i2c"
import PulseCount from "embedded:io/pulsecount"
import SMBus from "embedded:io/smbus"

/** What is on the board, and where. */
export default {
  I2C: { default: { io: I2C, data: 21, clock: 22 } },
  Analog: { default: { io: Analog, pin: 33 } },
  io: { Analog, Digital, I2C, PulseCount, SMBus },
  pin: { button: 0, led: 2 },
}
