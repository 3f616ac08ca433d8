package klatch.meetup;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Lets one caller at a time act for each key; those with other keys do not wait. */
final class Turns<K> {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition left = lock.newCondition();
  private final Set<K> taken = new HashSet<>();

  <T> T alone(K key, Supplier<T> act) {
    lock.lock();
    try {
      while (!taken.add(key)) {
        left.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
    try {
      return act.get();
    } finally {
      lock.lock();
      try {
        taken.remove(key);
        left.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }
}
