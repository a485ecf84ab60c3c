package tcp

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
)

// maxAddresses bounds how many addresses of one name are tried, as the answer
// is somebody else's to make. Real names have a handful.
const maxAddresses = 32

// network returns what package net calls tcp over the addresses allowed.
func network(ipv6 bool) string {
	if ipv6 {
		return "tcp"
	}
	return "tcp4"
}

// lookup returns the addresses to try for a literal or a name, best first.
func (t Transport) lookup(ctx context.Context, hp hostPort, ipv6 bool) ([]netip.Addr, error) {
	if hp.kind == hostIP {
		return []netip.Addr{hp.ip}, nil
	}
	kind := "ip4"
	if ipv6 {
		kind = "ip"
	}
	found, err := t.resolver().LookupNetIP(ctx, kind, hp.name)
	if err != nil {
		return nil, err
	}
	var ips []netip.Addr
	for _, ip := range found {
		ip = ip.Unmap()
		if (ipv6 || ip.Is4()) && !slices.Contains(ips, ip) {
			ips = append(ips, ip)
		}
	}
	if len(ips) == 0 {
		return nil, &net.DNSError{Err: "no suitable address found", Name: hp.name, IsNotFound: true}
	}
	return interleave(ips)[:min(len(ips), maxAddresses)], nil
}

// interleave orders addresses so that the IP versions take turns, beginning
// with that of the first one, and each keeps its own order (RFC 8305, 4): if
// one version is broken on the way, the second attempt leaves it already.
func interleave(ips []netip.Addr) []netip.Addr {
	var turns [2][]netip.Addr
	for _, ip := range ips {
		i := 0
		if ip.Is4() != ips[0].Is4() {
			i = 1
		}
		turns[i] = append(turns[i], ip)
	}
	ordered := make([]netip.Addr, 0, len(ips))
	for i := range max(len(turns[0]), len(turns[1])) {
		for _, t := range turns {
			if i < len(t) {
				ordered = append(ordered, t[i])
			}
		}
	}
	return ordered
}

// bindAddr returns the address and the network to listen on for package net.
func (t Transport) bindAddr(ctx context.Context, hp hostPort, ipv6 bool) (netw, address string, err error) {
	var ip netip.Addr
	switch hp.kind {
	case hostAny:
		// No host at all is both versions where the network is "tcp".
		return network(ipv6), fmt.Sprintf(":%d", hp.port), nil
	case hostIP:
		ip = hp.ip
	case hostName:
		if ip, err = t.localName(ctx, hp, ipv6); err != nil {
			return "", "", err
		}
	}
	// For the unspecified IPv4 address "tcp" would listen on both versions,
	// and for that of IPv6 "tcp6" on one only.
	netw = "tcp"
	if ip.Is4() {
		netw = "tcp4"
	}
	return netw, netip.AddrPortFrom(ip, hp.port).String(), nil
}

// localName finds the address that a name to listen on stands for: an
// interface's, or else a host's.
func (t Transport) localName(ctx context.Context, hp hostPort, ipv6 bool) (netip.Addr, error) {
	ips, err := interfaceAddrs(hp.name)
	if err == nil {
		return pick(hp.name, ips, ipv6)
	}
	ips, dnsErr := t.lookup(ctx, hp, ipv6)
	if dnsErr != nil {
		return netip.Addr{}, fmt.Errorf("neither an interface nor a host: %w", joinErrors([]error{err, dnsErr}))
	}
	return pick(hp.name, ips, ipv6)
}

// pick returns the first IPv4 address, or the first one if there is none.
func pick(name string, ips []netip.Addr, ipv6 bool) (netip.Addr, error) {
	if i := slices.IndexFunc(ips, netip.Addr.Is4); i >= 0 {
		return ips[i], nil
	}
	if !ipv6 || len(ips) == 0 {
		return netip.Addr{}, &net.AddrError{Err: "no suitable address", Addr: name}
	}
	return ips[0], nil
}

// interfaceAddrs returns the addresses of an interface of this host. A
// link-local one comes with its zone, without which it cannot be bound.
func interfaceAddrs(name string) ([]netip.Addr, error) {
	nic, err := net.InterfaceByName(name)
	if err != nil {
		return nil, fmt.Errorf("interface %q: %w", name, err)
	}
	addrs, err := nic.Addrs()
	if err != nil {
		return nil, fmt.Errorf("interface %q: %w", name, err)
	}
	var ips []netip.Addr
	for _, a := range addrs {
		ipNet, ok := a.(*net.IPNet)
		if !ok {
			continue
		}
		ip, ok := netip.AddrFromSlice(ipNet.IP)
		if !ok {
			continue
		}
		ip = ip.Unmap()
		if ip.Is6() && ip.IsLinkLocalUnicast() {
			ip = ip.WithZone(name)
		}
		ips = append(ips, ip)
	}
	return ips, nil
}

// sourceAddr returns the local address for a connection to dest, or nil if
// the system is to choose.
func sourceAddr(source *hostPort, dest netip.Addr) (*net.TCPAddr, error) {
	if source == nil {
		return nil, nil
	}
	ip := source.ip
	switch source.kind {
	case hostAny:
		ip = netip.IPv4Unspecified()
		if dest.Is6() {
			ip = netip.IPv6Unspecified()
		}
	case hostName:
		ips, err := interfaceAddrs(source.name)
		if err != nil {
			return nil, err
		}
		// A link-local address reaches link-local ones only, and is the one
		// for them.
		fit := func(a netip.Addr) bool { return a.Is4() == dest.Is4() }
		best := func(a netip.Addr) bool {
			return fit(a) && a.IsLinkLocalUnicast() == dest.IsLinkLocalUnicast()
		}
		i := slices.IndexFunc(ips, best)
		if i < 0 {
			i = slices.IndexFunc(ips, fit)
		}
		if i < 0 {
			return nil, &net.AddrError{Err: "the interface has no address of this IP version", Addr: source.name}
		}
		ip = ips[i]
	}
	if ip.Is4() != dest.Is4() {
		return nil, &net.AddrError{Err: "source and destination are of different IP versions", Addr: ip.String()}
	}
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(ip, source.port)), nil
}
