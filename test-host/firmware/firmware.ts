/** The portable application, bundled as one module that is the same file in both engines. */
export { sensorsOfThisPc } from "../sensors/of-this-pc.js"
export { operate } from "./operate.js"
export { run } from "./run.js"
