// XS's own syntax: each function is the one of that name in board.c.
export function restartReason() @ "mqttxs_restartReason"
export function restart() @ "mqttxs_restart"
export function deepSleep(milliseconds) @ "mqttxs_deepSleep"
export function startWatchdog(milliseconds) @ "mqttxs_startWatchdog"
export function feedWatchdog() @ "mqttxs_feedWatchdog"
export function readRtc(buffer) @ "mqttxs_readRtc"
export function writeRtc(buffer) @ "mqttxs_writeRtc"
export function chipTemperature() @ "mqttxs_chipTemperature"
export function freeHeap() @ "mqttxs_freeHeap"
export function macAddress() @ "mqttxs_macAddress"

// With "abortHook" in the manifest, the SDK calls the global `abort` before it restarts the board. It is called once:
// an error in the callback, or no memory for it, would call it again.
export function onUncaught(callback) {
  globalThis.abort = (reason, error) => {
    delete globalThis.abort
    callback(error === undefined ? reason : `${reason}: ${error}`)
  }
}
