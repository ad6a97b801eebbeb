/** `mqtt-xs`, where it is made of its sources: see ../library-source.json. */
export * from "mqtt-xs/src/index"
