namespace ClaudeBatch.Core.Api;

/// <summary>A body that takes long to send: the time limit of its reply begins with its last byte.</summary>
internal interface ILongContent
{
    /// <summary>Called when the last byte is sent.</summary>
    Action? OnLastByte { get; set; }
}
