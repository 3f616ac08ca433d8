@org.jspecify.annotations.NullMarked
package klatch.libp2p.identify;
