//! Refuses a write before its body is read, if it would only be refused afterwards.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;

use super::error::Failure;
use crate::service::Service;

/// There is room for a write to the collection in the path. As the first of a handler's arguments, it
/// is checked before the body is read, which may be large.
pub struct RoomToWrite;

impl FromRequestParts<Service> for RoomToWrite {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Failure> {
        let params = RawPathParams::from_request_parts(parts, service).await.ok();
        let name = params.and_then(|params| {
            let mut names = params.iter().filter(|(param, _)| *param == "name");
            names.next().map(|(_, name)| name.to_owned())
        });
        service.check_room_to_write(name)?;
        Ok(Self)
    }
}
