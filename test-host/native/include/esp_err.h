/* Stand-in. */
#ifndef ESP_ERR_STAND_IN
#define ESP_ERR_STAND_IN
typedef int esp_err_t;
enum { ESP_OK = 0 };
#endif
