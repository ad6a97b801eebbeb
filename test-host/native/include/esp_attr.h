/* Stand-in: RTC memory is a section of its own, between two symbols that the linker makes. */
#define RTC_NOINIT_ATTR __attribute__((section("rtc_noinit")))
