using System.Text.Json.Serialization;

namespace ClaudeBatch.Core.Api;

/// <summary>The service's own objects; unknown fields are ignored, absent ones are null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectRequiredConstructorParameters = false)]
[JsonSerializable(typeof(MessageBatch))]
[JsonSerializable(typeof(BatchPage))]
[JsonSerializable(typeof(ErrorEnvelope))]
[JsonSerializable(typeof(TokenCount))]
[JsonSerializable(typeof(DeletedBatch))]
[JsonSerializable(typeof(ServiceModel))]
[JsonSerializable(typeof(ModelPage))]
internal sealed partial class ApiJson : JsonSerializerContext;
