/* Stand-in: what ESP-IDF's build makes of sdkconfig.defaults. */
#ifndef CONFIG_ESP_TASK_WDT_EN
#define CONFIG_ESP_TASK_WDT_EN 1
#endif
