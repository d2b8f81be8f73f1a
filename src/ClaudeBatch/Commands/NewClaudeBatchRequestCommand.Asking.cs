using System.Management.Automation;
using System.Runtime.CompilerServices;
using System.Text;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Rows;

namespace ClaudeBatch.Commands;

/// <content>What is asked of a row, and what names its request.</content>
public sealed partial class NewClaudeBatchRequestCommand
{
    private Func<string, Attachment> Opener(bool isImage)
    {
        if (Upload)
        {
            UploadedAttachments uploads = _uploads ??= new UploadedAttachments();
            return place => uploads.Of(place, isImage);
        }

        return isImage ? Attachment.Image : Attachment.Document;
    }

    private RequestMaker Maker(string? variant, BatchTemplate template, object? prompt, object[]? message, object? image, object? document)
    {
        object? asked = prompt ?? (message is null ? template.Prompt : null);
        return new RequestMaker(
            variant,
            template.ToRequestTemplate(),
            asked is null ? null : new RowText(asked, nameof(Prompt)),
            message is null ? null : new RowMessages(message))
        {
            Images = image is null ? null : new RowFiles(image, nameof(Image), ResolvePath, Opener(isImage: true)),
            Documents = document is null ? null : new RowFiles(document, nameof(Document), ResolvePath, Opener(isImage: false)),
        };
    }

    private RequestMaker MakerOfLine()
    {
        if (Template is null)
        {
            CheckModel(Model is not null, MaxTokens > 0);
        }

        BatchTemplate template = Template is null ? BuildTemplate() : BatchTemplate.From(Template);
        SetCustomId(CustomId ?? template.CustomId);
        return Maker(variant: null, template, Prompt, Message, Image, Document);
    }

    private static void CheckModel(bool hasModel, bool hasMaxTokens)
    {
        if (!hasModel || !hasMaxTokens)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                hasModel ? "MaxTokensMissing" : "ModelMissing",
                $"There is no {(hasModel ? "-MaxTokens" : "-Model")}: give it on the line, in each variant of -Variant, or give a template "
                    + "(-Template).");
        }
    }

    private void SetCustomId(object? given) => _customId = given is null ? null : new RowText(given, nameof(CustomId));

    // Reads what tells a row from others, and at the first row what the templates have misspelt.
    [MethodImpl(Hot.AtOnce)]
    private void Enter(ShellRow? row)
    {
        if (row is null)
        {
            return;
        }

        if (_rows == 1)
        {
            (string, TextTemplate)[] ids = _customId?.Template is { } id ? [(nameof(CustomId), id)] : [];
            Array.ForEach(_makers, m => Named(m, () => m.Watch.Begin(row, m.Templates().Concat(ids))));
        }

        _source!.Read(row);
    }

    [MethodImpl(Hot.AtOnce)]
    private BatchRequest Noted(RequestMaker maker, PreparedRequest request, ShellRow? row, string asked)
    {
        if (row is not null)
        {
            maker.Watch.Add(row, asked);
        }

        bool hasEarlier = row is not null && _customId is null && maker.Variant is null;
        BatchRequest made = BatchRequest.From(
            request, row is null ? default : _source!.Source, hasEarlier ? _source!.EarlierIdentity() : default);
        made.Variant = maker.Variant;
        return made;
    }

    // Without -CustomId the id is made from the row and not from the request, so that a changed system prompt gives a conflict and not
    // a second, paid set of requests.
    [MethodImpl(Hot.AtOnce)]
    private string Id(ShellRow? row, string asked)
    {
        if (_customId is not null)
        {
            string given = _customId.Render(row);
            return Core.Requests.CustomId.Fault(given) is { } fault
                ? throw new ClaudeBatchException(
                    FailureKind.InvalidRequest,
                    "CustomIdInvalid",
                    $"The custom id {fault}")
                { Target = given }
                : given;
        }

        return _contentIds.Next(
            row is null ? Encoding.UTF8.GetBytes(asked)
            : _source!.SaysNothing ? [.. _source.Identity(), .. Encoding.UTF8.GetBytes(asked)]
            : _source.Identity());
    }
}
