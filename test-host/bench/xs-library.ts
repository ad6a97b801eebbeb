/** What the benchmark uses of the library: one module, which is frozen in flash. */
export { esp32Platform } from "../../platforms/esp32/platform.js"
export { Client } from "../../src/client/client.js"
export { Topic } from "../../src/codec/topic.js"
