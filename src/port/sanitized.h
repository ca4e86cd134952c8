/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether this build has a sanitizer, which does what no release does: traces itself, for one. */
#ifndef PORT_SANITIZED_H
#define PORT_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__)
#define HAS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif
#ifndef HAS_SANITIZER
#define HAS_SANITIZER 0
#endif

#endif
