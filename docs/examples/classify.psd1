@{
    # What a team agrees on, in one file: New-ClaudeBatchTemplate @classify.
    Model     = 'claude-haiku-4-5'
    MaxTokens = 12
    System    = 'You sort messages of customers. Answer with one word: billing, bug, delivery, account, feature, cancel or praise.'
    Example   = @(
        @{ User = 'I was charged twice in March.'; Assistant = 'billing' }
        @{ User = 'The parcel has been in Leipzig for a week.'; Assistant = 'delivery' }
        @{ User = 'Could you add a dark theme?'; Assistant = 'feature' }
    )
    CustomId  = 'ticket-{{Id}}'
    Prompt    = '{{Body}}'
}
