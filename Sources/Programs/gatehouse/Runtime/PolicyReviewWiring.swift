import ArgumentParser
import ControlPlane
import EventIndex
import PolicyReview

extension PolicyReview {
  /// Reviews policies by a control plane's world of the moment.
  init(index: any EventIndex, plane: ControlPlane) {
    self.init(index: index, world: { plane.world.reviewed }) {
      try await plane.observation.flush()
    }
  }
}

extension World {
  fileprivate var reviewed: ReviewedWorld {
    ReviewedWorld(
      revision: self.revision, model: self.authorization,
      contracts: self.services.mapValues(\.contract))
  }
}

extension AdministratorRight: ExpressibleByArgument {}
