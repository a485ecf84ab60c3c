// Package remote lets actors of other processes be sent to and asked, over a ROUTER
// socket on their side and a DEALER socket on the other.
//
//	server := remote.NewServer(router)                              // where the actor is
//	err := remote.Export(server, "orders", ref, remote.JSON[Order]())
//	err = remote.ExportQuestion(server, "total", ref, askTotal, remote.JSON[Day](), remote.JSON[int]())
//	err = server.Serve(ctx)
//
//	client := remote.NewClient(dealer)                              // elsewhere
//	orders := remote.To(client, "orders", remote.JSON[Order]())
//	err = orders.Send(ctx, order)
//	total, err := remote.NewQuestion(client, "total", remote.JSON[Day](), remote.JSON[int]()).Ask(ctx, today)
//
// # What is promised
//
// Send returns when the message is in the actor's mailbox over there, as the Send of
// an actor's own process does: until then it waits, for the connection, for the peer
// and for room. Its error says why the message is not in the mailbox: [actor.ErrStopped],
// [actor.ErrFull], [ErrUnknown], an error of the codec. Where that cannot be known,
// because the connection was lost or the context was done while the peer had the message,
// it is [ErrLost] or the cause of the context, and the message may have been delivered.
// Nothing is sent twice. What one goroutine sends comes in order.
//
// The time that is left of a context goes with the message: the other side gives up
// when this one does.
//
// # The wire
//
// A request has four frames: a number of 8 bytes, the milliseconds that are left as 8
// bytes (zero is no limit), both in network byte order, the name, and the message as the
// codec has it. The answer has three: the number, a code which is empty if all is
// well, and the answer or a text.
package remote
