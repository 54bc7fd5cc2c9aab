/* transport.c: the agent's sockets on the router's own UDP.
 *
 * Port 161 is the agent's as soon as it runs (serve.c). The listener holds port 162 while `snmp-server manager` is on; the sender holds an ephemeral port while there is a host to send to. Nothing is
 * queued here: a datagram leaves in the turn it was made, or not at all. What comes back to the sender's port acknowledges informs (outbox.c); our own
 * acknowledgements leave from the listener, since the other side waits for them from the port it wrote to (RFC 3417, 3.1).
 * A trap-source without an address (interface down, removed) gives way to the route's address, so that the trap still goes.
 */
#include "snmp/snmp_local.h"

#define MANAGER_PORT 162

MSG(MSG_SOCKET, "IP_SNMP", 3, "SOCKET", 0, "can't open UDP socket");

/* Open or close one socket; a port that is taken is said once for each change of configuration. */
static void settle_socket(struct snmp *s, struct udp_sock **sock, bool wanted, uint16_t port, udp_rx_fn *rx)
{
    if (wanted && !*sock) {
        *sock = udp_open(s->env.inet, port, rx, s);
        if (!*sock)
            msg_post(s->env.log, &MSG_SOCKET);
    } else if (!wanted && *sock) {
        udp_close(*sock);
        *sock = NULL;
    }
}

void transport_settle(struct snmp *s)
{
    settle_socket(s, &s->listener, s->running && s->conf.manager, MANAGER_PORT, receive_datagram);
    settle_socket(s, &s->agent, s->running && s->env.mib, SNMP_PORT, serve_datagram);
    settle_socket(s, &s->sender, s->running && s->conf.hosts.n > 0, 0, outbox_datagram);
}

void transport_close(struct snmp *s)
{
    udp_close(s->listener);
    udp_close(s->sender);
    udp_close(s->agent);
    s->listener = s->sender = s->agent = NULL;
}

uint32_t transport_source(struct snmp *s, uint32_t dst, bool inform)
{
    const char *from = inform ? s->conf.inform_source : s->conf.trap_source;
    uint32_t src = from[0] ? inet_if_addr(s->env.inet, from) : 0;
    return src ? src : inet_source_for(s->env.inet, dst);
}

bool transport_send(struct snmp *s, uint32_t src, uint32_t dst, uint16_t port, const uint8_t *data, size_t len)
{
    return s->sender && udp_send(s->sender, src, dst, port, data, len) == 0;
}
